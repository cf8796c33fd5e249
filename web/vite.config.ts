import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

// The pages are embedded in the program: no source maps, and the licences of what is bundled beside it.
export default defineConfig({
  plugins: [preact()],
  build: { license: { fileName: "licences.md" }, target: "es2022", sourcemap: false, assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
});
