import { mount } from 'svelte';
import Hospital from './Hospital.svelte';

const target = document.getElementById('page');
if (target) mount(Hospital, { target });
