// Builds scripts and styles into ../wwwroot/assets with the content's fingerprint in each name, and a manifest from the plain names.
import { build } from "esbuild";
import { mkdir, readdir, rm, writeFile, readFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { basename, extname, join } from "node:path";

const out = "../wwwroot/assets";
await mkdir(out, { recursive: true });
for (const old of await readdir(out)) await rm(join(out, old));

const result = await build({
  entryPoints: { app: "src/main.ts", style: "styles/app.css" },
  bundle: true, minify: true, format: "esm", target: ["es2022", "chrome120", "firefox121", "safari17.2"],
  outdir: out, write: false, legalComments: "none", charset: "utf8",
});

const manifest = {};
async function put(plain, content) {
  const hash = createHash("sha256").update(content).digest("base64url").replace(/[-_]/g, "").slice(0, 8);
  const name = `${basename(plain, extname(plain))}.${hash}${extname(plain)}`;
  await writeFile(join(out, name), content);
  manifest[plain] = name;
}
for (const file of result.outputFiles) await put(basename(file.path).replace("style.css", "app.css"), file.contents);
await put("icon.svg", await readFile("icon.svg"));

// What the assets were built from, so that a test can tell when they are older than their sources.
const sources = createHash("sha256");
for (const folder of ["src", "styles"])
  for (const file of (await readdir(folder)).sort()) sources.update(await readFile(join(folder, file)));
manifest["#sources"] = sources.update(await readFile("icon.svg")).digest("hex");
await writeFile(join(out, "manifest.json"), JSON.stringify(Object.fromEntries(Object.entries(manifest).sort()), null, 2) + "\n");
