export declare const shells: string[];
//# sourceMappingURL=shells.d.ts.map