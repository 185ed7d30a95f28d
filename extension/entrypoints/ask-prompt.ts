import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { putFirstQuestion } from '../adapters/messaging/first-question.ts';

/** Asks for what the prompt shows while the prompt's own script is still being loaded. */
export default defineUnlistedScript(() => putFirstQuestion('prompt', [location.hash.slice(1)]));
