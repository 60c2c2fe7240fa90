// Training: our steps per second against TensorFlow.js in one Chromium run. By itself, or from run.mjs:
//   node bench/train.mjs [samples]
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPage } from './chromium.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(process.env.AP_BUILD ?? path.join(here, '../build'), 'bench');

/** At least this many times the faster of TensorFlow.js's backends. */
const kBar = 5;

export async function runTraining(samples) {
  const roots = {
    page: path.join(here, 'page/train'),
    npm: path.join(here, 'node_modules'),
    build: out,
  };
  const { training, browser } = await runPage(roots, { samples, shapes: [] });
  for (const result of training) {
    const rate = (name) => result.engines[name]?.steps_per_second ?? 0;
    const rival = Math.max(rate('tfjs wasm'), rate('tfjs cpu'));
    if (!(rival > 0))
      throw new Error(`TensorFlow.js did not train: ${JSON.stringify(result.engines)}`);
    result.ratio =
      Math.min(...['ours simd128', 'ours relaxed'].filter((n) => rate(n) > 0).map(rate)) / rival;
  }
  return { training, browser };
}

export function trainingReport({ training }) {
  const lines = [
    'Training steps per second (Adam, all four projections, loss read every step)',
    '',
  ];
  for (const {
    shape: { t, d, h },
    engines,
    ratio,
  } of training) {
    lines.push(`(T, D, H) = (${t}, ${d}, ${h})`);
    for (const [name, e] of Object.entries(engines)) {
      lines.push(
        e.failed
          ? `  ${name.padEnd(14)} cannot: ${e.failed}`
          : `  ${name.padEnd(14)} ${e.steps_per_second.toFixed(0).padStart(7)} /s  ${e.ms.toFixed(3).padStart(8)} ms a step`,
      );
    }
    lines.push(
      `  ours, its slower variant, is ${ratio.toFixed(1)} x the faster of tfjs's (bar: ${kBar} x): ` +
        `${ratio >= kBar ? 'met' : 'NOT MET'}`,
      '',
    );
  }
  return lines.join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const result = await runTraining(Number(process.argv[2] ?? 15));
  console.log(trainingReport(result));
  fs.writeFileSync(path.join(out, 'training.json'), `${JSON.stringify(result, null, 2)}\n`);
}
