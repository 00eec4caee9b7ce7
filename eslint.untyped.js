import tseslint from 'typescript-eslint';
import config from './eslint.config.js';

/** All rules but those that ask for types: the layers are checked in seconds. `npm run lint` has all of them. */
export default [...config, tseslint.configs.disableTypeChecked];
