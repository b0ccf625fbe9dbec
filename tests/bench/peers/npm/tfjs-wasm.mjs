// TensorFlow.js with its wasm backend, as bundle.mjs bundles it.
export { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
export * from './tfjs-core.mjs';
