/**
 * Key and certificate (RFC 5280 section 4.1, version 1), as `node:https` takes them: for a common name, and by default valid for all of
 * the time that two digits of a year can say (section 4.1.2.5.1).
 * @param {{ name?: string, until?: string }} [options]
 */
export declare function certificate({ name: commonName, until }?: {
    name?: string | undefined;
    until?: string | undefined;
}): {
    key: string;
    cert: string;
};
//# sourceMappingURL=certificate.d.ts.map