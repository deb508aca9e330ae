// Times ONNX Runtime beside our own backends on the same two files, a float one and its quantised
// twin, one thread, every runner once per round so that all see the same machine. Prints medians of
// CPU time and how many times faster ours are. The recipe beside this script gives ONNX Runtime the
// form it is fastest with: unsigned activations throughout, signed weights per channel.
//
//   npm install --ignore-scripts onnxruntime-node        somewhere outside the checkout
//   bench convert resnet50 --untrained -o float.onnx
//   bench convert resnet50 --untrained --quantize scripts/compare_onnxruntime.json -o int8.onnx
//   NODE_PATH=.../node_modules node scripts/compare_onnxruntime.mjs \
//       build/release/bin/file_rounds float.onnx int8.onnx 1x3x224x224 [ROUNDS]
import {spawn} from 'node:child_process';
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';

const [program, float, quantised, shape, rounds = '11'] = process.argv.slice(2);
if (!shape) throw new Error('usage: compare_onnxruntime.mjs FILE_ROUNDS FLOAT QUANTISED SHAPE');
const ort = createRequire(import.meta.url)('onnxruntime-node');  // heeds NODE_PATH

const ours = ['float', 'fake-quant', 'int8'];
const files = [float, quantised, quantised];
const child = spawn(program, [shape, ...ours.map((name, i) => `${name}=${files[i]}`)],
                    {stdio: ['pipe', 'pipe', 'inherit']});
const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
const answer = async () => {
  const {value, done} = await lines.next();
  if (done) throw new Error('file_rounds ended');
  return value;
};
await answer();  // "ready"

const options = {intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential',
                 graphOptimizationLevel: 'all', logSeverityLevel: 3};
const dims = shape.split('x').map(Number);
let state = 1;
const image = Float32Array.from({length: dims.reduce((a, b) => a * b)}, () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 31 - 1;
});
const sessions = [];
for (const file of [float, quantised]) {
  sessions.push(await ort.InferenceSession.create(file, options));
}

async function run_theirs(session) {
  const feeds = {[session.inputNames[0]]: new ort.Tensor('float32', image, dims)};
  const start = process.cpuUsage();
  await session.run(feeds);
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1e3;
}
async function run_ours(i) {
  child.stdin.write(`${i}\n`);
  return Number(await answer());
}

const runners = [
  ...ours.map((name, i) => [name, () => run_ours(i)]),
  ['onnxruntime float', () => run_theirs(sessions[0])],
  ['onnxruntime quantised', () => run_theirs(sessions[1])],
];
const times = runners.map(() => []);
for (let round = -2; round < Number(rounds); ++round) {  // the first two warm up
  for (let i = 0; i < runners.length; ++i) {
    const ms = await runners[i][1]();
    if (round >= 0) times[i].push(ms);
  }
}
child.stdin.end();

const median = list => list.sort((a, b) => a - b)[list.length >> 1];
const medians = times.map(median);
const named = name => medians[runners.findIndex(([known]) => known === name)];
runners.forEach(([name], i) => console.log(`${name.padEnd(22)} ${medians[i].toFixed(2)} ms`));
const ratio = (slow, fast) =>
    console.log(`${slow} / ${fast}: ${(named(slow) / named(fast)).toFixed(2)}`);
ratio('float', 'int8');
ratio('onnxruntime float', 'float');
ratio('onnxruntime quantised', 'int8');
