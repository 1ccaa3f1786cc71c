/** Starts a keychain that is unlocked: the environment in which programs find it, and how to stop it. */
export declare function startKeyring(): Promise<{
    env: {
        DBUS_SESSION_BUS_ADDRESS: string;
        XDG_RUNTIME_DIR: string;
    };
    stop: () => void;
}>;
//# sourceMappingURL=keyring.d.ts.map