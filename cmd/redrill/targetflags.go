package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"redrill/restore"
	"redrill/target"
	"redrill/verify"
)

type flagSet = *pflag.FlagSet

// targetFlags say which server to use and how to reach it.
type targetFlags struct {
	spec         string
	image        string
	user         string
	passwordFile string
	tls          target.TLS
	connections  int
	docker       time.Duration

	load      *target.Load // a file that the server starts with
	databases int          // that a server which is started has; 0: the usual number
}

// files returns the files that are read to reach the target.
func (f *targetFlags) files() []string {
	return slices.DeleteFunc([]string{f.passwordFile, f.tls.CAFile, f.tls.CertFile, f.tls.KeyFile}, func(path string) bool { return path == "" })
}

func (f *targetFlags) register(c flagSet, defaultSpec string) {
	targets := "a redis://, rediss:// or unix:// URL (valkey://, valkeys://, redis+unix:// mean the same)"
	if defaultSpec != "" { // else the server has to outlive the command
		targets = "auto, docker, process, embedded, or " + targets
	}
	c.StringVarP(&f.spec, "target", "t", defaultSpec, targets)
	c.StringVar(&f.image, "image", target.DefaultImage, "image of the docker target")
	c.DurationVar(&f.docker, "docker-timeout", 0, "time the Docker daemon may take to answer a request (default 10s, 1m with --target docker)")
	c.StringVar(&f.user, "user", "", "user of a URL target")
	c.StringVar(&f.passwordFile, "password-file", "", "file that holds the password (or set "+passwordVariable+")")
	c.StringVar(&f.tls.CAFile, "tls-ca", "", "file of certificates to trust")
	c.StringVar(&f.tls.CertFile, "tls-cert", "", "file of the client certificate")
	c.StringVar(&f.tls.KeyFile, "tls-key", "", "file of the client key")
	c.StringVar(&f.tls.ServerName, "tls-server-name", "", "name for which the server's certificate must be valid")
	c.BoolVar(&f.tls.Insecure, "tls-insecure", false, "do not check the server's certificate")
	c.IntVar(&f.connections, "connections", 4, "connections to the target")
}

// targetOptions returns the options of the target package.
func (a *app) targetOptions(ctx context.Context, f *targetFlags, asOf time.Time) (target.Options, error) {
	password := a.password
	if f.passwordFile != "" {
		var err error
		if password, err = a.readPassword(ctx, f.passwordFile); err != nil {
			return target.Options{}, err
		}
	}
	a.keepSecret(password, urlPassword(f.spec))
	return target.Options{Image: f.image, AsOf: asOf, Username: f.user, Password: password, TLS: f.tls, DockerTimeout: f.docker, Load: f.load, Databases: f.databases}, nil
}

// openTarget starts or reaches the target and says which it is.
func (a *app) openTarget(ctx context.Context, f *targetFlags, asOf time.Time) (*target.Target, error) {
	if f.spec == "" {
		return nil, usagef("--target is empty: name a target, or leave the flag out")
	}
	if f.connections < 1 {
		return nil, usagef("--connections must be at least 1")
	}
	opts, err := a.targetOptions(ctx, f, asOf)
	if err != nil {
		return nil, err
	}
	t, err := target.Open(ctx, f.spec, opts)
	if errors.Is(err, target.ErrUsage) {
		return nil, suggestedTarget(f.spec, err)
	}
	if err != nil {
		return nil, err
	}
	if t.Why != "" {
		a.log.Debug("target chosen", "target", t.Description, "why", t.Why)
	}
	return t, nil
}

// closeTarget ends what redrill started; a failure to do so is told and does
// not change the result.
func (a *app) closeTarget(t *target.Target) {
	if err := t.Close(); err != nil {
		a.log.Error("the target could not be removed", "target", t.Description, "error", err)
	}
}

func restoreServer(c target.Caps) restore.Server {
	return restore.Server{
		XSetID:       c.XSetID,
		MaxDeletedID: c.XSetIDDeleted,
		SetPXAT:      c.PExpireTime, // Both need a server of 7.0 or later to be sure.
		FieldExpiry:  c.HPExpireAt,
		Groups:       c.XGroups && c.XSetID,
		Consumers:    c.XGroupConsumer,
		Functions:    c.FunctionLoad,
		Arrays:       c.Arrays,
		Elastickv:    c.Product == target.ProductElastickv,
	}
}

func verifyServer(c target.Caps) verify.Server {
	elastickv := c.Product == target.ProductElastickv
	miniredis := c.Product == target.ProductMiniredis
	product := string(c.Product)
	if c.Version != "" {
		product += " " + c.Version
	}
	return verify.Server{
		Product:        product,
		Time:           c.Time,
		PExpireTime:    c.PExpireTime,
		MGet:           c.MGet,
		GetRange:       c.GetRange,
		HMGet:          !elastickv,
		SMIsMember:     c.SMIsMember,
		ZMScore:        c.ZMScore,
		ElementScan:    c.HScan && c.SScan && c.ZScan,
		Scan:           c.Scan,
		DBSize:         c.DBSize,
		Info:           c.InfoRunID && c.InfoRole && c.InfoEvictedKeys && c.InfoExpiredKeys,
		Databases:      !elastickv,
		ObjectEncoding: c.ObjectEncoding,
		SmallZero:      zeroSign(elastickv, c.SmallZero),
		LargeZero:      zeroSign(elastickv, c.LargeZero),
		FieldExpiry:    c.HPExpireTime,
		Functions:      c.Functions,
		Arrays:         c.ArrayScan,
		GivesBack:      c.XNack,
		EntriesAdded:   c.XInfoEntriesAdded && (c.XSetIDDeleted || !c.XSetID),
		LastID:         c.XInfoLastID,
		MaxDeletedID:   c.XInfoMaxDeletedID && (c.XSetIDDeleted || !c.XSetID),
		HoldsAll:       elastickv,
		HLLBytes:       !elastickv && !miniredis,
		ExactPFCount:   elastickv,
		KeepsEmpty:     elastickv,
	}
}

// zeroSign returns what a server does to a score of -0: an elastickv, which is
// never written to, keeps it.
func zeroSign(elastickv bool, probed target.ZeroSign) verify.ZeroSign {
	switch {
	case elastickv, probed == target.ZeroKept:
		return verify.ZeroKept
	case probed == target.ZeroLost:
		return verify.ZeroLost
	}
	return verify.ZeroUnknown
}
