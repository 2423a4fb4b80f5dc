// From pen strokes to what the model was trained on: 8 × 8 counts, made as the digits data set was made, from a 32 × 32
// black-and-white image in blocks of 4 × 4.
const size = 32;
const block = 4;
const pen = 4.6;
const smallest = 0.2;

/** Counts of black pixels, 0 to 16, in 8 × 8 blocks row by row. Strokes are lists of points {x, y} in units of the drawing area. */
export function featuresOf(strokes) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.lineWidth = pen;
  context.lineCap = context.lineJoin = 'round';
  for (const stroke of fitted(strokes)) trace(context, stroke);

  const { data } = context.getImageData(0, 0, size, size);
  const counts = new Array((size / block) ** 2).fill(0);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      if (data[4 * (y * size + x) + 3] >= 128) counts[Math.floor(y / block) * (size / block) + Math.floor(x / block)]++;
  return counts;
}

/** Draws one stroke; a single point becomes a dot. */
export function trace(context, stroke) {
  context.beginPath();
  context.moveTo(stroke[0].x, stroke[0].y);
  for (const point of stroke) context.lineTo(point.x, point.y);
  context.stroke();
}

/** Scales and centres strokes so that they fill the image, as the digits were when they were collected. */
function fitted(strokes) {
  const points = strokes.flat();
  const [left, right] = range(points.map((point) => point.x));
  const [top, bottom] = range(points.map((point) => point.y));
  const scale = (size - pen) / Math.max(right - left, bottom - top, smallest);
  return strokes.map((stroke) =>
    stroke.map(({ x, y }) => ({ x: size / 2 + scale * (x - (left + right) / 2), y: size / 2 + scale * (y - (top + bottom) / 2) })));
}

function range(values) {
  return [Math.min(...values), Math.max(...values)];
}
