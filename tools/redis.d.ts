/** Starts a server: its URL, and how to stop it. @param {...string} more  further words of its command line */
export declare function startRedis(...more: any[]): Promise<any>;
//# sourceMappingURL=redis.d.ts.map