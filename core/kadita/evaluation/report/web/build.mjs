// src/ -> ../bundle/: one script, one style sheet, the template of the page, and the licences of what is in them.
// `npm ci && node build.mjs`, or `node build.mjs FOLDER`; the same bytes every time.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url)), out = resolve(process.argv[2] ?? `${here}/../bundle`);
process.chdir(here);
mkdirSync(out, { recursive: true });
const made = await build({
  entryPoints: { report: "src/main.js" },
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome113", "firefox113", "safari16.4"], // DecompressionStream, WebGL 2
  charset: "ascii", // the page's bytes do not depend on how it is read
  legalComments: "none", // they stand in LICENSES.txt
  outdir: out,
  metafile: true,
  logLevel: "warning",
});
const used = [...new Set(Object.keys(made.metafile.inputs).map((f) => f.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]))];
const notices = used.filter(Boolean).sort().map((name) => {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  return `${name} ${version} (${license})\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim()}\n`;
});
writeFileSync(`${out}/LICENSES.txt`, notices.join("\n" + "-".repeat(80) + "\n\n"));
copyFileSync("src/page.html", `${out}/page.html`);
for (const file of ["report.js", "report.css", "page.html", "LICENSES.txt"]) {
  const bytes = readFileSync(`${out}/${file}`);
  if (/<\/(script|style)/i.test(file === "page.html" ? "" : bytes)) throw new Error(`${file} would end the element it stands in`);
  console.log(createHash("sha256").update(bytes).digest("hex"), bytes.length, file);
}
