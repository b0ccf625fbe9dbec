// TensorFlow.js with its plain JS backend, as bundle.mjs bundles it.
import '@tensorflow/tfjs-backend-cpu';

export * from './tfjs-core.mjs';
