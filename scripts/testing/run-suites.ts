import { startVitest, type TestCase, type TestModule, type TestSuite } from 'vitest/node';

export type Run = { readonly root: string; readonly filters: readonly string[]; readonly mode: 'test' | 'long' };

/** `failed` counts failed tests, files that could not be loaded, and errors outside any test. */
export type Outcome = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line for each skipped suite or test: its name with the reason, and how many tests that is. */
  readonly skips: readonly string[];
};

/** Runs the suites in workers and shows them as they go. Sets the exit code of this process when something failed. */
export async function runSuites({ root, filters, mode }: Run): Promise<Outcome> {
  const vitest = await startVitest([...filters], { root, mode, run: true, watch: false, reporters: ['default'] });
  const modules = vitest.state.getTestModules();
  const tests = modules.flatMap(module => [...module.children.allTests()]);
  const count = (state: string) => tests.filter(test => test.result().state === state).length;
  const outcome = {
    passed: count('passed'),
    failed: count('failed') + brokenSuites(modules) + vitest.state.getUnhandledErrors().length,
    skipped: count('skipped'),
    skips: modules.flatMap(module => skipsOf(module)),
  };
  await vitest.close();
  return outcome;
}

const brokenSuites = (modules: readonly TestModule[]) =>
  modules.flatMap(module => [module, ...module.children.allSuites()]).filter(suite => suite.errors().length > 0).length;

function skipsOf(parent: TestModule | TestSuite): string[] {
  return [...parent.children].flatMap(child => {
    if (child.type === 'suite') return isSkipped(child) ? [describeSuite(child)] : skipsOf(child);
    return child.result().state === 'skipped' ? [describeTest(child)] : [];
  });
}

const isSkipped = (suite: TestSuite) => suite.options.mode === 'skip' || suite.options.mode === 'todo';

function describeSuite(suite: TestSuite): string {
  const tests = [...suite.children.allTests()].length;
  return `${suite.module.relativeModuleId} > ${suite.fullName}: ${tests} ${tests === 1 ? 'test' : 'tests'}`;
}

function describeTest(test: TestCase): string {
  const result = test.result();
  const reason = result.state === 'skipped' && result.note !== undefined ? ` (skipped: ${result.note})` : '';
  return `${test.module.relativeModuleId} > ${test.fullName}${reason}: 1 test`;
}
