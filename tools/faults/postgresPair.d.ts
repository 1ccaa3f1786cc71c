/** @param {{ readonly standby: boolean }} options */
export declare function startPair({ standby: withStandby }: {
    standby: any;
}): Promise<{
    url: string;
    /** Past the port that is switched. */
    directUrls: {
        primary: string;
        standby: string;
    };
    cut: () => void;
    primary: () => {
        folder: any;
        port: any;
        /** No new process is made when its parent stands still. */
        freeze: () => void;
        thaw: () => void;
        kill: () => Promise<void>;
        /** At once. */
        end: () => void;
        stop: () => Promise<void>;
    };
    standby: {
        folder: any;
        port: any;
        /** No new process is made when its parent stands still. */
        freeze: () => void;
        thaw: () => void;
        kill: () => Promise<void>;
        /** At once. */
        end: () => void;
        stop: () => Promise<void>;
    } | undefined;
    restart: () => Promise<void>;
    /** The standby takes over, once it was promoted. */
    switchOver: () => void;
    stop: () => Promise<void>;
}>;
//# sourceMappingURL=postgresPair.d.ts.map