import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

// The pages are embedded in the program: no source maps, no absolute addresses of other machines.
export default defineConfig({
  plugins: [preact()],
  build: { target: "es2022", sourcemap: false, assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
});
