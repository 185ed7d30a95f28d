import { startPage } from '../../ui/start-page.ts';
import Page from './Page.svelte';

startPage(Page);
