// Serves the page, the model and ONNX Runtime's files from this machine; the page loads nothing from elsewhere.
// Usage: node serve.mjs [--model FILE] [--port NUMBER] [--packages NODE_MODULES]
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: join(here, '../../artifacts/quickstart/model.onnx') },
    packages: { type: 'string', default: join(here, 'node_modules') },
    port: { type: 'string', default: '8080' },
  },
});
const runtime = join(resolve(options.packages), 'onnxruntime-web/dist');
if (!existsSync(options.model)) fail(`There is no model at ${options.model}. Run examples/Quickstart first, or name one with --model.`);
if (!existsSync(runtime)) fail(`onnxruntime-web is not in ${options.packages}. Run npm ci here first.`);

const types = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.onnx': 'application/octet-stream', '.svg': 'image/svg+xml' };
const files = new Map([
  ['/', join(here, 'index.html')],
  ...['style.css', 'icon.svg', 'app.mjs', 'drawing.mjs', 'metadata.mjs', 'model.mjs', 'samples.mjs'].map((name) => [`/${name}`, join(here, name)]),
  ...['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'].map((name) => [`/vendor/${name}`, join(runtime, name)]),
  ['/model.onnx', resolve(options.model)],
]);

const server = createServer((request, response) => {
  const file = files.get(new URL(request.url, 'http://localhost').pathname);
  if (request.method !== 'GET' || !file) return response.writeHead(404).end();
  response.writeHead(200, {
    'Content-Type': types[extname(file)],
    'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
    'Cache-Control': 'no-cache',
  });
  createReadStream(file).on('error', () => response.destroy()).pipe(response);
});
server.on('error', (error) => fail(`The port ${options.port} cannot be used: ${error.message}`));
server.listen(Number(options.port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));

function fail(message) {
  console.error(message);
  process.exit(1);
}
