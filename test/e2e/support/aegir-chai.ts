import * as chai from 'chai';
import chaiAsPromised from 'chai-as-promised';

/** Lets `expect(x).to.be.true` be called as well, as the public suite writes it. */
function callable({ Assertion }: Chai.ChaiStatic): void {
  for (const name of ['true', 'false', 'ok']) {
    Assertion.overwriteProperty(
      name,
      (check: (this: unknown) => void) =>
        function (this: unknown) {
          check.call(this);
          return () => this;
        },
    );
  }
}

chai.use(chaiAsPromised);
chai.use(callable);

/** Stands in for `aegir/chai`, which the suite asks for and which would bring a whole build system along. */
export const expect = chai.expect;
