export { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
export * from './tfjs-core.mjs';
