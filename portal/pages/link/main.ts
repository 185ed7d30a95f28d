import { mount } from 'svelte';
import OpenLink from './OpenLink.svelte';

const target = document.getElementById('page');
if (target) mount(OpenLink, { target });
