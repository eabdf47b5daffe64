import { convertCssVariables, defaultCssVariablesResolver, mergeMantineTheme } from '@mantine/core';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { baseTheme, cssVariables, theme } from './theme.ts';

const themeCssId = 'virtual:theme.css';

/**
 * Writes the theme's CSS variables into the style sheet. Mantine would put them into a `<style>` element at run time,
 * which the page's `style-src 'self'` refuses.
 */
function themeCss(): Plugin {
  return {
    name: 'theme-css',
    resolveId: id => (id === themeCssId ? id : null),
    load(id) {
      if (id !== themeCssId) return null;
      const merged = mergeMantineTheme(baseTheme, theme);
      const defaults = defaultCssVariablesResolver(merged);
      const own = cssVariables(merged);
      return convertCssVariables({
        variables: { ...defaults.variables, ...own.variables },
        light: { ...defaults.light, ...own.light },
        dark: { ...defaults.dark, ...own.dark },
      });
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react(), themeCss()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    target: 'chrome140',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
  },
});
