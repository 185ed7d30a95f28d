import { mount } from 'svelte';
import Join from './Join.svelte';

const target = document.getElementById('page');
if (target) mount(Join, { target });
