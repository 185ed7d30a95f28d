import { mount } from 'svelte';
import Registrar from './Registrar.svelte';

const target = document.getElementById('page');
if (target) mount(Registrar, { target });
