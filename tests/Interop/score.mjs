// Scores rows with onnxruntime-node. Usage: node score.mjs MODEL ROWS, where ROWS is a JSON file {width, features: [...]}.
import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [modelPath, rowsPath] = process.argv.slice(2);
const { width, features } = JSON.parse(await readFile(rowsPath, 'utf8'));
const session = await InferenceSession.create(modelPath);
const rows = new Tensor('float32', Float32Array.from(features), [features.length / width, width]);
const outputs = await session.run({ Features: rows });
const answer = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, Array.from(tensor.data, plain)]));
process.stdout.write(JSON.stringify(answer));

function plain(value) {
  return typeof value === 'bigint' ? Number(value) : value;
}
