// Strokes to start from, in units of the drawing area: digits as a hand would draw them, and things the model has never seen.
function arc(cx, cy, rx, ry, from, to, steps = 40) {
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / steps) * Math.PI) / 180;
    return { x: cx + rx * Math.cos(angle), y: cy + ry * Math.sin(angle) };
  });
}

const line = (...points) => points.map(([x, y]) => ({ x, y }));

const scribble = Array.from({ length: 320 }, (_, i) => ({
  x: 0.5 + 0.38 * Math.sin(i * 0.21) * Math.cos(i * 0.034),
  y: 0.5 + 0.38 * Math.cos(i * 0.17 + 1) * Math.sin(i * 0.05 + 0.5),
}));

export const samples = [
  { name: 'a zero', strokes: [arc(0.5, 0.5, 0.22, 0.34, -90, 270)] },
  { name: 'a three', strokes: [[...arc(0.48, 0.33, 0.2, 0.17, -160, 80), ...arc(0.47, 0.67, 0.23, 0.18, -80, 160)]] },
  { name: 'an eight', strokes: [[...arc(0.5, 0.32, 0.18, 0.17, 90, 450), ...arc(0.5, 0.69, 0.21, 0.2, -90, 270)]] },
  { name: 'a square', strokes: [line([0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8], [0.2, 0.2])] },
  { name: 'a scribble', strokes: [scribble] },
];
