// Times a model in ONNX Runtime on random inputs: node ort.mjs MODEL.onnx INTRA_OP_THREADS SECONDS
// Prints one line of JSON: { load_ms, times_ms, version }, the times of all runs. Needs onnxruntime-node (npm install, in this folder).
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';

const [model, threads, seconds] = process.argv.slice(2);
let ort;
try {
  ort = createRequire(import.meta.url)('onnxruntime-node');
} catch {
  console.log(JSON.stringify({ error: 'onnxruntime-node is not installed' }));
  process.exit(0);
}

try {
  const started = performance.now();
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: Number(threads), interOpNumThreads: 1 });
  const load = performance.now() - started;
  const feeds = {};
  for (const input of session.inputMetadata) {
    const dims = input.shape.map((d) => (typeof d === 'number' && d > 0 ? d : 1));
    const values = new Float32Array(dims.reduce((a, b) => a * b, 1));
    let state = 1;
    for (let i = 0; i < values.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // Seeded, so that every run sees the same.
      values[i] = state / 2 ** 32;
    }
    feeds[input.name] = new ort.Tensor('float32', values, dims);
  }

  const times = [];
  const limit = performance.now() + Number(seconds) * 1000;
  for (let i = 0; i < 3; i++) await session.run(feeds);
  while (times.length < 5 || performance.now() < limit) {
    const start = performance.now();
    await session.run(feeds);
    times.push(performance.now() - start);
  }

  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ load_ms: load, times_ms: times, version: ort.env.versions.node }));
} catch (problem) {
  console.log(JSON.stringify({ error: String(problem.message ?? problem) }));
}
