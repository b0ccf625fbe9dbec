import '@tensorflow/tfjs-backend-cpu';

export * from './tfjs-core.mjs';
