// The Rust library `tokenizers` through its npm package, for `hone-bench tokenize --peer`: one line in, "CPU-seconds tokens
// hash-of-ids" out. The package is looked up from the working directory, so that it need not be installed here.
// Batches are the library's fastest call from here; one thread is what is compared.
process.env.TOKENIZERS_PARALLELISM = 'false';
process.env.RAYON_NUM_THREADS = '1';
const { createRequire } = await import('node:module');
const { readFileSync } = await import('node:fs');
const { createInterface } = await import('node:readline');
const require = createRequire(process.cwd() + '/');
const { Tokenizer } = require('tokenizers');
const [, , tokenizerPath, textsPath] = process.argv;
const tokenizer = Tokenizer.fromFile(tokenizerPath);
const texts = JSON.parse(readFileSync(textsPath, 'utf8'));
console.log(`tokenizers ${require('tokenizers/package.json').version} (npm)`);
for await (const _ of createInterface({ input: process.stdin })) {
  const before = process.cpuUsage();
  const encodings = await tokenizer.encodeBatch(texts, { addSpecialTokens: false });
  const used = process.cpuUsage(before);
  let [tokens, hash] = [0, 0];
  for (const encoding of encodings) {
    for (const id of encoding.getIds()) hash = (Math.imul(hash, 31) + id) | 0;
    tokens += encoding.getLength();
  }
  console.log(`${(used.user + used.system) / 1e6} ${tokens} ${hash}`);
}
