// The types that are published for it bring Node types of another age along; this is what is used of it here.
declare module 'pouchdb-core' {
  export default class PouchDB {
    static plugin(plugin: object): void;
    constructor(name: string, options: { adapter: string });
    put(document: { _id: string } & Record<string, unknown>): Promise<unknown>;
    close(): Promise<void>;
  }
}
declare module 'pouchdb-adapter-leveldb' {
  const plugin: object;
  export default plugin;
}
