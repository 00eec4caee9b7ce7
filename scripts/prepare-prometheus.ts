import { prometheusBinary, prometheusFolder } from '../__tests__/e2e/prometheus/components.js';
import { prepare } from './debian.js';

prepare({
  name: 'Prometheus',
  find: prometheusBinary,
  packages: ['prometheus'],
  folder: (version) => prometheusFolder(version),
});
