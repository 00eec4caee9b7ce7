import {
  alertmanagerBinary,
  alertmanagerFolder,
  prometheusBinary,
  prometheusFolder,
} from '../__tests__/e2e/prometheus/components.js';
import { prepare } from './debian.js';

prepare({
  name: 'Prometheus',
  find: prometheusBinary,
  packages: ['prometheus'],
  folder: (version) => prometheusFolder(version),
});

prepare({
  name: 'Alertmanager',
  find: alertmanagerBinary,
  packages: ['prometheus-alertmanager'],
  folder: (version) => alertmanagerFolder(version),
});
