import {
  graphite,
  graphiteFolder,
  influxBinary,
  influxFolder,
} from '../__tests__/e2e/metrics/components.js';
import { prepare } from './debian.js';

prepare({
  name: 'InfluxDB',
  find: influxBinary,
  packages: ['influxdb'],
  folder: (version) => influxFolder(version),
});

// With the Python that they were made for, and all that they import: nothing of it has to be on this machine.
prepare({
  name: 'Graphite',
  find: () => graphite()?.folder,
  packages: [
    ...['graphite-web', 'graphite-carbon', 'python3-whisper'],
    ...['python3.11-minimal', 'libpython3.11-minimal', 'libpython3.11-stdlib'],
    ...['python3-django', 'python3-django-tagging', 'python3-asgiref', 'python3-sqlparse'],
    ...['python3-tz', 'python3-urllib3', 'python3-six', 'python3-simplejson', 'python3-pyparsing'],
    ...['python3-cairo', 'python3-cairocffi', 'python3-xcffib', 'python3-cffi-backend'],
    ...['python3-twisted', 'python3-zope.interface', 'python3-attr', 'python3-automat'],
    ...['python3-constantly', 'python3-hyperlink', 'python3-idna', 'python3-incremental'],
    ...['python3-hamcrest', 'python3-typing-extensions', 'python3-cachetools'],
    ...['python3-pkg-resources', 'python3-cryptography', 'python3-openssl', 'python3-bcrypt'],
    ...['python3-service-identity', 'python3-pyasn1', 'python3-pyasn1-modules'],
    ...['libcairo2', 'libpixman-1-0', 'libpng16-16', 'libfontconfig1', 'libfreetype6'],
    ...['libx11-6', 'libxcb1', 'libxcb-render0', 'libxcb-shm0', 'libxext6', 'libxrender1'],
    ...['libsqlite3-0', 'libffi8', 'libexpat1', 'libxau6', 'libxdmcp6', 'libbrotli1', 'libbsd0'],
  ],
  folder: (version) => graphiteFolder(version),
});
