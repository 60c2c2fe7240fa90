import * as firefox from './firefox.mjs';
import { run_suite } from './suite.mjs';

run_suite(firefox);
