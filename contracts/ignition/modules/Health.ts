import { buildModule } from '@nomicfoundation/ignition-core';

/**
 * The contracts of one health network.
 * Parameter `admin`: the first owner of the registry; the first account unless given.
 */
export default buildModule('Health', (m) => {
  const registry = m.contract('HealthRegistry', [m.getParameter('admin', m.getAccount(0))]);
  const orders = m.contract('CareOrders', [registry]);
  const payments = m.contract('HealthPayments', [registry]);
  return { registry, orders, payments };
});
