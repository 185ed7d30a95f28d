import { mount } from 'svelte';
import CheckIn from './CheckIn.svelte';

const target = document.getElementById('page');
if (target) mount(CheckIn, { target });
