// Uses examples/Browser in headless Chromium and prints what the page says as JSON.
// Usage: node browser.mjs MODEL ROWS CHROMIUM SCREENSHOTS, where ROWS is a JSON file {width, features: [...]}.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const [modelPath, rowsPath, executablePath, screenshots] = process.argv.slice(2);
const rows = JSON.parse(await readFile(rowsPath, 'utf8'));
const server = spawn(process.execPath, [join(here, '../../examples/Browser/serve.mjs'), '--model', modelPath, '--packages', join(here, 'node_modules'), '--port', '0']);
const profile = await mkdtemp(join(tmpdir(), 'jem-browser-'));
let browser;
try {
  const address = await firstLine(server);
  browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    viewport: { width: 1100, height: 860 },
  });
  const page = await browser.newPage();
  const foreign = [];
  const errors = [];
  page.on('request', (request) => request.url().startsWith(address) || foreign.push(request.url()));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(address);
  await page.waitForSelector('body[data-ready=true]', { timeout: 60_000 });

  const scores = await page.evaluate(async ({ features, width }) => {
    const { loadModel } = await import('/model.mjs');
    return (await loadModel('model.onnx')).score(features, width);
  }, rows);

  const drawings = {};
  await shoot('empty-light');
  await draw('zero', ring(0.22, 0.34));
  await shoot('zero-light');
  for (const name of ['a zero', 'a three', 'an eight', 'a square']) await press(name);
  await press('a scribble');
  await page.click('summary');
  await shoot('scribble-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await shoot('scribble-dark');
  await draw('scribble', scribble());
  await page.setViewportSize({ width: 390, height: 1150 });
  await press('a three');
  await shoot('three-phone-dark');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  await page.click('#clear');
  await settle();
  const cleared = await page.textContent('#digit');
  process.stdout.write(JSON.stringify({ scores, drawings, foreign, errors, overflow, cleared }));

  async function draw(name, points) {
    await page.click('#clear');
    const box = await page.locator('#pad').boundingBox();
    const [first, ...rest] = points.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height]);
    await page.mouse.move(...first);
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...point);
    await page.mouse.up();
    await read(name);
  }

  async function press(name) {
    await page.getByRole('button', { name, exact: true }).click();
    await read(name);
  }

  async function read(name) {
    await settle();
    drawings[name] = {
      digit: await page.textContent('#digit'),
      sure: parseFloat((await page.textContent('#sure')).replace('>', '')) / 100,
      ood: parseFloat(await page.textContent('#ood')),
    };
  }

  async function settle() {
    await page.waitForTimeout(300);
  }

  async function shoot(name) {
    if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  }
} finally {
  await browser?.close();
  server.kill();
  await rm(profile, { recursive: true, force: true });
}

function ring(rx, ry) {
  return Array.from({ length: 49 }, (_, i) => [0.5 + rx * Math.sin((i * Math.PI) / 24), 0.5 - ry * Math.cos((i * Math.PI) / 24)]);
}

function scribble() {
  return Array.from({ length: 60 }, (_, i) => [0.5 + 0.4 * Math.sin(i * 2.4) * Math.cos(i * 0.3), 0.5 + 0.4 * Math.cos(i * 1.7)]);
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.split('\n')[0]);
    });
    child.stderr.on('data', (chunk) => reject(new Error(String(chunk))));
    child.on('exit', (code) => reject(new Error(`serve.mjs ended with ${code}.`)));
  });
}
