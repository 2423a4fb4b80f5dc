// A Jem model in the browser.
import * as ort from './vendor/ort.wasm.min.mjs';
import { metadataOf } from './metadata.mjs';

// One thread needs no cross-origin isolation, and one digit takes a fraction of a millisecond.
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = new URL('./vendor/', import.meta.url).href;

/** Loads a model file; throws where it is not there or not one of ours. */
export async function loadModel(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The model could not be loaded: ${response.status} ${response.statusText}`);
  const file = new Uint8Array(await response.arrayBuffer());
  const metadata = metadataOf(file);
  if (!metadata['jem.class_names']) throw new Error('The model names no classes: it was not exported by Microsoft.ML.Jem.');
  const session = await ort.InferenceSession.create(file, { executionProviders: ['wasm'] });
  return {
    classNames: JSON.parse(metadata['jem.class_names']),
    calibrationRows: Number(metadata['jem.calibration_rows']),
    score: (features, width) => score(session, features, width),
  };
}

/** Scores rows that lie one after the other in `features`. */
async function score(session, features, width) {
  const rows = new ort.Tensor('float32', Float32Array.from(features), [features.length / width, width]);
  const outputs = await session.run({ Features: rows });
  return {
    PredictedLabel: Array.from(outputs.PredictedLabel.data, Number),
    Score: Array.from(outputs.Score.data),
    Energy: Array.from(outputs.Energy.data),
    OodScore: Array.from(outputs.OodScore.data),
  };
}
