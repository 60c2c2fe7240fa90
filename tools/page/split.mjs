// node tools/page/split.mjs MODULE.wasm PATTERNS.txt WASM_SPLIT WASM_DIS
// Cuts the page's module in two with Binaryen's wasm-split: what the first picture needs stays in
// MODULE.wasm; what is only reached through functions that PATTERNS names (regular expressions, one a
// line, on mangled names) goes to MODULE-late.wasm, which the page fetches when the picture stands.
// The module must have its names (-Wl,--no-demangle --profiling-funcs); the results have none.
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

const [module, patterns, splitter, disassembler] = process.argv.slice(2);
const late_names = readFileSync(patterns, 'utf8')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line && !line.startsWith('#'))
  .map((line) => ({ line, expression: new RegExp(line), used: false }));

/** Is this function named as late? Notes which patterns are of use. */
function is_late(name) {
  let late = false;
  for (const pattern of late_names) {
    if (!pattern.expression.test(name)) continue;
    pattern.used = true;
    late = true;
  }
  return late;
}

/** Who calls whom, and who is called from outside: exports, the table, the start. */
function call_graph(text) {
  const calls = new Map();
  const roots = new Set();
  let callees = null;
  for (const line of text.split('\n')) {
    const [, name] = /^ \(func \$([^\s)]+)/.exec(line) ?? [];
    if (name) {
      callees = new Set();
      calls.set(name, callees);
    } else if (/^ \((elem|export|start)/.test(line)) {
      for (const [, root] of line.matchAll(/\$([^\s)]+)/g)) roots.add(root);
    } else {
      const [, callee] = /\((?:return_call|call|ref\.func) \$([^\s)]+)/.exec(line) ?? [];
      if (callee && callees) callees.add(callee);
    }
  }
  return { calls, roots };
}

/** What is reached without passing through a late function. */
function early_functions({ calls, roots }) {
  const late = new Set([...calls.keys()].filter(is_late));
  const early = new Set();
  const open = [...roots].filter((name) => calls.has(name) && !late.has(name));
  while (open.length) {
    const name = open.pop();
    if (early.has(name)) continue;
    early.add(name);
    for (const callee of calls.get(name)) {
      if (calls.has(callee) && !late.has(callee)) open.push(callee);
    }
  }
  return early;
}

const text = execFileSync(disassembler, ['-all', module], { maxBuffer: 1 << 28, encoding: 'utf8' });
const graph = call_graph(text);
const early = early_functions(graph);
if (!late_names.some(({ used }) => used)) {
  console.error(
    `${module}: has no function that ${patterns} names; was it cut already? Remove it and build again`,
  );
  process.exit(1);
}
for (const { line, used } of late_names) {
  if (!used) console.warn(`${patterns}: no function is like '${line}': it may be inlined or gone`);
}
const second = module.replace(/\.wasm$/, '-late.wasm');
const list = `${module}.late.txt`;
writeFileSync(list, [...graph.calls.keys()].filter((name) => !early.has(name)).join('\n'));
execFileSync(
  splitter,
  ['-all', '--split', module, `--split-funcs=@${list}`, '-o1', `${module}.early`, '-o2', second],
  { stdio: 'inherit' },
);
renameSync(`${module}.early`, module);
rmSync(list);
console.log(
  `${module}: ${statSync(module).size} bytes, and ${statSync(second).size} after the first picture`,
);
