import { mount } from 'svelte';
import Welcome from './Welcome.svelte';

const target = document.getElementById('page');
if (target) mount(Welcome, { target });
