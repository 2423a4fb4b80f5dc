// The page: strokes in, the model's answer out.
import { featuresOf, trace } from './drawing.mjs';
import { loadModel } from './model.mjs';
import { samples } from './samples.mjs';

const alarm = 0.95;
const byId = (id) => document.getElementById(id);
const pad = byId('pad');
const strokes = [];
let model;
let waiting = false;

start().catch((error) => {
  byId('error').textContent = error.message;
  byId('error').hidden = false;
});

async function start() {
  model = await loadModel('model.onnx');
  const names = model.classNames.map(shortName).sort();
  byId('classes').textContent = `${names[0]} to ${names.at(-1)}`;
  byId('rows').textContent = model.calibrationRows;
  for (const name of names) byId('bars').append(barOf(name));
  for (const sample of samples) byId('samples').append(buttonOf(sample));
  byId('clear').addEventListener('click', () => show([]));
  pad.addEventListener('pointerdown', begin);
  pad.addEventListener('pointermove', go);
  new ResizeObserver(paint).observe(pad);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
  document.body.dataset.ready = 'true';
}

function begin(event) {
  pad.setPointerCapture(event.pointerId);
  strokes.push([pointOf(event)]);
  changed();
}

function go(event) {
  if (!pad.hasPointerCapture(event.pointerId)) return;
  for (const part of event.getCoalescedEvents?.() ?? [event]) strokes.at(-1).push(pointOf(part));
  changed();
}

function pointOf(event) {
  const { left, top, width, height } = pad.getBoundingClientRect();
  return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
}

function show(drawing) {
  strokes.splice(0, strokes.length, ...drawing);
  changed();
}

/** Paints and scores at most once a frame. */
function changed() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(async () => {
    waiting = false;
    paint();
    await answer();
  });
}

function paint() {
  const size = Math.round(pad.clientWidth * devicePixelRatio);
  pad.width = pad.height = size;
  const context = pad.getContext('2d');
  context.strokeStyle = getComputedStyle(document.body).color;
  context.lineWidth = size * 0.055;
  context.lineCap = context.lineJoin = 'round';
  for (const stroke of strokes) trace(context, stroke.map(({ x, y }) => ({ x: x * size, y: y * size })));
}

async function answer() {
  const features = strokes.length > 0 ? featuresOf(strokes) : null;
  const start = performance.now();
  const outputs = features ? await model.score(features, features.length) : null;
  const milliseconds = performance.now() - start;
  const odd = outputs ? outputs.OodScore[0] : 0;
  const strange = odd > alarm;
  const best = outputs ? outputs.Score[outputs.PredictedLabel[0]] : 0;

  byId('digit').textContent = outputs ? shortName(model.classNames[outputs.PredictedLabel[0]]) : '–';
  byId('sure').textContent = outputs ? `${percent(best)} sure` : 'Waiting for a drawing';
  byId('verdict').textContent = !outputs ? '' : strange ? 'But it is unlike anything I have seen.' : 'It looks like the digits I know.';
  byId('ood').textContent = outputs ? odd.toFixed(3) : '–';
  byId('energy').textContent = outputs ? outputs.Energy[0].toFixed(2) : '–';
  byId('time').textContent = outputs ? `${milliseconds.toFixed(1)} ms` : '–';
  byId('needle').style.width = `${100 * odd}%`;
  for (const id of ['digit', 'verdict', 'needle']) byId(id).classList.toggle('strange', strange);
  model.classNames.forEach((name, i) => {
    const [, track, number] = byId(`class-${shortName(name)}`).children;
    track.firstChild.style.width = outputs ? `${100 * outputs.Score[i]}%` : '0';
    number.textContent = outputs ? percent(outputs.Score[i]) : '';
  });
  paintSeen(features);
}

function paintSeen(features) {
  const context = byId('seen').getContext('2d');
  const image = context.createImageData(8, 8);
  (features ?? new Array(64).fill(0)).forEach((count, i) => image.data.set([128, 128, 128, (255 * count) / 16], 4 * i));
  context.putImageData(image, 0, 0);
}

function barOf(name) {
  const bar = document.createElement('li');
  bar.id = `class-${name}`;
  bar.innerHTML = '<span></span><div><div></div></div><span></span>';
  bar.firstChild.textContent = name;
  return bar;
}

function buttonOf(sample) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = sample.name;
  button.addEventListener('click', () => show(sample.strokes));
  return button;
}

/** The data set calls the digit 3 "c3". */
function shortName(name) {
  return name.replace(/^c(?=\d)/, '');
}

/** A probability as a percentage; no model is 100 % sure. */
function percent(value) {
  return value > 0.999 ? '> 99.9\u00a0%' : `${(100 * value).toFixed(1)}\u00a0%`;
}
