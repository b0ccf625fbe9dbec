// jax-js, as bundle.mjs bundles it.
export * from '@jax-js/jax';
