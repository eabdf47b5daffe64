import { configDefaults, defineConfig } from 'vitest/config';

/** `--mode long` runs the kill loops and soaks of test/long; otherwise everything else below test/ runs. */
export default defineConfig(({ mode }) => {
  const long = mode === 'long';
  return {
    test: {
      include: [long ? 'test/long/**/*.test.ts' : 'test/**/*.test.ts'],
      exclude: [...configDefaults.exclude, 'test/bench/**', ...(long ? [] : ['test/long/**'])],
      pool: 'forks',
      maxWorkers: 2,
      testTimeout: long ? 900_000 : 60_000,
      hookTimeout: long ? 120_000 : 60_000,
    },
  };
});
