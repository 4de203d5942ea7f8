import { asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { ConfigError, configEntries, type ReadObject } from './config-source.ts';
import type { ContainerFiles } from './container.ts';
import { fieldValue, type PodAddresses } from './field-ref.ts';

type Files = ReadonlyMap<string, string>;

/** What the volumes of a Pod are made from. */
export interface VolumesInput {
  readonly pod: KubeObject;
  readonly addresses: PodAddresses;
  readonly read: ReadObject;
}

/**
 * The volumes of a Pod: files from Secrets, ConfigMaps and the downward API, and directories of the host. Other volumes are empty
 * directories.
 */
export class PodVolumes {
  readonly #files = new Map<string, Files>();
  readonly #hostPaths = new Map<string, string>();
  readonly #input: VolumesInput;

  /** Mounts the volumes. Throws a ConfigError when a required Secret, ConfigMap or key is missing. */
  constructor(input: VolumesInput) {
    this.#input = input;
    for (const volume of this.#volumes()) {
      const name = asText(volume['name']);
      const path = asObject(volume['hostPath'])['path'];
      if (typeof path === 'string') this.#hostPaths.set(name, path);
      else this.#files.set(name, filesOf(volume, input));
    }
  }

  /** Whether an object that the volumes show may change. */
  get mayChange(): boolean {
    return this.#volumes().some((volume) => ['secret', 'configMap', 'projected'].some((key) => key in volume));
  }

  /** Brings the files up to date. What has become unreadable stays as it is. */
  refresh(pod: KubeObject): void {
    for (const volume of this.#volumes()) {
      const name = asText(volume['name']);
      if (!this.#files.has(name)) continue;
      try {
        this.#files.set(name, filesOf(volume, { ...this.#input, pod }));
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
      }
    }
  }

  /** The files that a container sees. */
  filesFor(container: Json): ContainerFiles {
    const all = (): Map<string, string> => {
      const mounts = asObjects(container['volumeMounts']).flatMap((mount) => this.#mounted(mount));
      return new Map(mounts);
    };
    return {
      read: (path) => all().get(path),
      list: (directory) => [...all().keys()].filter((path) => path.startsWith(`${directory.replace(/\/$/, '')}/`)).sort(),
    };
  }

  /** The directories of the host that a container sees, by its own path. */
  hostPathsFor(container: Json): ReadonlyMap<string, string> {
    const mounts = asObjects(container['volumeMounts']).flatMap((mount) => {
      const path = this.#hostPaths.get(asText(mount['name']));
      const subPath = asText(mount['subPath']);
      return path === undefined ? [] : [[asText(mount['mountPath']), subPath === '' ? path : `${path}/${subPath}`] as const];
    });
    return new Map(mounts);
  }

  #volumes(): readonly Json[] {
    return asObjects(asObject(this.#input.pod['spec'])['volumes']);
  }

  #mounted(mount: Json): readonly (readonly [string, string])[] {
    const files = this.#files.get(asText(mount['name']));
    const target = asText(mount['mountPath']).replace(/\/$/, '');
    const subPath = asText(mount['subPath']);
    return [...(files ?? [])].flatMap(([path, content]) => {
      if (subPath === '') return [[`${target}/${path}`, content] as const];
      if (path === subPath) return [[target, content] as const];
      return path.startsWith(`${subPath}/`) ? [[`${target}/${path.slice(subPath.length + 1)}`, content] as const] : [];
    });
  }
}

function filesOf(volume: Json, input: VolumesInput): Files {
  if (volume['projected'] === undefined) return sourceFiles(volume, asText(asObject(volume['secret'])['secretName']), input);
  const sources = asObjects(asObject(volume['projected'])['sources']);
  return new Map(sources.flatMap((source) => [...sourceFiles(source, asText(asObject(source['secret'])['name']), input)]));
}

function sourceFiles(source: Json, secretName: string, input: VolumesInput): Files {
  const { secret, configMap, downwardAPI } = source;
  if (secret !== undefined) return configFiles('Secret', { ...asObject(secret), name: secretName }, input);
  if (configMap !== undefined) return configFiles('ConfigMap', asObject(configMap), input);
  const items = asObjects(asObject(downwardAPI)['items']);
  return new Map(
    items.map((item) => {
      const fieldPath = asText(asObject(item['fieldRef'])['fieldPath']);
      return [asText(item['path']), fieldValue(input.pod, fieldPath, input.addresses)] as const;
    }),
  );
}

function configFiles(kind: 'Secret' | 'ConfigMap', source: Json, { pod, read }: VolumesInput): Files {
  const { namespace = '' } = pod.metadata;
  const name = asText(source['name']);
  const optional = source['optional'] === true;
  const entries = configEntries(read, { kind, name, namespace });
  if (entries === undefined && !optional) throw new ConfigError(`${kind.toLowerCase()} "${name}" not found`);
  const items = source['items'] === undefined ? undefined : asObjects(source['items']);
  if (items === undefined) return new Map(Object.entries(entries ?? {}));
  const files = new Map<string, string>();
  for (const item of items) {
    const key = asText(item['key']);
    const value = entries?.[key];
    if (value !== undefined) files.set(asText(item['path']), value);
    else if (!optional) throw new ConfigError(`references non-existent ${kind.toLowerCase()} key: ${key}`);
  }
  return files;
}
