import { createHash } from 'node:crypto';
import { win32 } from 'node:path';
import { constants } from '../constants.js';
import { ScriptError } from '../powershell/signals.js';
import type { Value } from '../powershell/values.js';
import type { Call, Cmdlets } from './cmdlet.js';
import { addFile, type WindowsMachine } from './windows-machine.js';

/** The archive of Open vSwitch: what is in it stands for its hash. */
const archive = 'ovs-win64.zip';
const release = [
  'driver\\OVSExt.sys',
  'driver\\install.cmd',
  'driver\\uninstall.cmd',
  'redist\\vcredist_x64.exe',
  'usr\\bin\\ovs-vsctl.exe',
  'usr\\bin\\ovsdb-tool.exe',
  'usr\\share\\openvswitch\\vswitch.ovsschema',
];

const inside = (path: string, directory: string): boolean => path === directory || path.startsWith(`${directory}\\`);

export function hashOf(content: string): string {
  return content === archive || content.endsWith('ovs.zip')
    ? constants.ovs.sha256
    : createHash('sha256').update(content).digest('hex');
}

function found(call: Call): string {
  const path = call.path();
  if (!call.machine.files.has(path.toLowerCase()))
    throw ScriptError.of(`Cannot find path '${path}' because it does not exist.`);
  return path.toLowerCase();
}

function fileItem(machine: WindowsMachine, path: string): Value {
  const name = [...machine.files.keys()].find((each) => each === path.toLowerCase()) ?? path;
  return { FullName: name, Name: win32.basename(name), VersionInfo: { ProductVersion: '2.14.2' } };
}

function move({ files }: WindowsMachine, from: string, to: string): void {
  for (const [path, content] of Array.from(files)) {
    if (!inside(path, from.toLowerCase())) continue;
    files.delete(path);
    files.set(to.toLowerCase() + path.slice(from.length), content);
  }
}

export const fileCmdlets: Cmdlets = {
  'Test-Path': (call) => [call.machine.files.has(call.path().toLowerCase())],
  'Get-Item': (call) => [fileItem(call.machine, found(call))],
  'Get-Content': (call) => [call.machine.files.get(found(call)) ?? ''],
  'Get-FileHash': (call) => [{ Hash: hashOf(call.machine.files.get(found(call)) ?? '').toUpperCase() }],
  'Get-ChildItem'(call) {
    const pattern = call.path().toLowerCase();
    const [directory, ending] = [win32.dirname(pattern), win32.extname(pattern)];
    const paths = [...call.machine.files.keys()].filter(
      (path) => win32.dirname(path) === directory && path.endsWith(ending),
    );
    return paths.map((path) => fileItem(call.machine, path));
  },
  'New-Item'(call) {
    const path = call.path();
    call.change(`make ${path}`);
    addFile(call.machine, path, call.text('ItemType') === 'Directory' ? undefined : '');
    return [{ FullName: path }];
  },
  'Remove-Item'(call) {
    const path = found(call);
    call.change(`remove ${path}`);
    for (const each of call.machine.files.keys()) if (inside(each, path)) call.machine.files.delete(each);
    return [];
  },
  'Move-Item'(call) {
    const from = found(call);
    call.change(`move ${from}`);
    move(call.machine, from, call.needed('Destination'));
    return [];
  },
  'Copy-Item'(call) {
    const from = call.path().toLowerCase();
    const to = call.needed('Destination');
    call.change(`copy ${from} to ${to}`);
    const { files } = call.machine;
    if (!from.endsWith('\\*')) addFile(call.machine, to, files.get(found(call)));
    for (const [path, content] of Array.from(files)) {
      const directory = from.slice(0, -2);
      if (from.endsWith('\\*') && path !== directory && inside(path, directory))
        addFile(call.machine, to + path.slice(directory.length), content);
    }
    return [];
  },
  'Expand-Archive'(call) {
    found(call);
    call.change('unpack');
    for (const file of release)
      addFile(call.machine, win32.join(call.needed('DestinationPath'), 'openvswitch', file), file);
    return [];
  },
  'Invoke-WebRequest'(call) {
    const uri = call.needed('Uri');
    call.change(`download ${uri}`);
    const content = uri.endsWith('.sha256') ? hashOf(win32.basename(uri, '.sha256')) : win32.basename(uri);
    addFile(call.machine, call.needed('OutFile'), uri === constants.ovs.url ? archive : content);
    return [];
  },
  'Get-AuthenticodeSignature': () => [{ SignerCertificate: 'somebody' }],
  'Export-Certificate'(call) {
    call.change('export the certificate');
    addFile(call.machine, call.needed('FilePath'), 'certificate');
    return [];
  },
  'Import-Certificate': (call) => (call.change(`trust in ${call.needed('CertStoreLocation')}`), []),
};
