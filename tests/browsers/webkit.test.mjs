import { run_suite } from './suite.mjs';
import * as webkit from './webkit.mjs';

run_suite(webkit);
