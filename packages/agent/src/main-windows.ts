#!/usr/bin/env node
import { main } from './main.js';
import { windowsPlatform } from './windows-platform.js';

await main(windowsPlatform);
