/**
 * Reports progress about ten times per run, and details only for failures. On a terminal, vitest's own counters show the progress.
 */
import type { TestModule, TestSpecification } from "vitest/node"
import { DefaultReporter } from "vitest/reporters"

/** Vitest reporter. */
export default class ProgressReporter extends DefaultReporter {
  private files = 0
  private done = 0
  private tests = 0

  override onTestRunStart(specifications: ReadonlyArray<TestSpecification>): void {
    super.onTestRunStart(specifications)
    this.files = specifications.length
  }

  override printTestModule(module: TestModule): void {
    this.done++
    this.tests += [...module.children.allTests()].length
    if (this.isTTY || this.files < 10 || module.state() === "failed") {
      super.printTestModule(module)
    }
    const tenth = Math.ceil(this.files / 10)
    if (!this.isTTY && this.files >= 10 && (this.done % tenth === 0 || this.done === this.files)) {
      const seconds = ((performance.now() - this.start) / 1000).toFixed(0)
      this.log(` ${this.done} of ${this.files} files, ${this.tests} tests, ${seconds} s`)
    }
  }
}
