// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

// Package provider is the Terraform provider for the Runs of Qualytics. It calls the API through
// package qualytics only.
package provider

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	_ provider.Provider                  = (*qualyticsProvider)(nil)
	_ provider.ProviderWithActions       = (*qualyticsProvider)(nil)
	_ provider.ProviderWithListResources = (*qualyticsProvider)(nil)
)

// New returns a constructor of the provider. The User-Agent contains the version.
func New(version string) func() provider.Provider {
	return func() provider.Provider {
		return &qualyticsProvider{version: version, environment: os.Getenv, notFoundGrace: notFoundGrace}
	}
}

type qualyticsProvider struct {
	version string
	// environment returns the value of an environment variable. Tests have other values than this
	// process.
	environment func(variable string) string
	// retryWait is the pause before the first retry of a request; 0 means the client's default.
	// Tests shorten it.
	retryWait time.Duration
	// searchTimeout limits the search for a Run after its response was lost; 0 means the client's
	// default.
	searchTimeout time.Duration
	// notFoundGrace is the time after a start during which a 404 for the Run is ignored.
	notFoundGrace time.Duration
	// patience is how long polls may fail while a Run is waited for; 0 means runwait.Patience.
	patience time.Duration
}

const notFoundGrace = time.Minute

type providerModel struct {
	URL                types.String `tfsdk:"url"`
	Token              types.String `tfsdk:"token"`
	RequestTimeout     types.String `tfsdk:"request_timeout"`
	MaxRetries         types.Int64  `tfsdk:"max_retries"`
	PollInterval       types.String `tfsdk:"poll_interval"`
	CACertFile         types.String `tfsdk:"ca_cert_file"`
	InsecureSkipVerify types.Bool   `tfsdk:"insecure_skip_verify"`
}

func (p *qualyticsProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "qualytics"
	resp.Version = p.version
}

func (p *qualyticsProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks up, reruns, resumes, aborts and cleans up the Runs of [Qualytics](https://qualytics.ai), " +
			"a data-quality platform. " +
			"A Run is one execution of an operation (sync, profile, scan, external scan, export, materialize or promote) on a datastore.",
		Attributes: map[string]schema.Attribute{
			"url": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Base URL of the Qualytics deployment, such as `https://your-instance.qualytics.io`, " +
					"with or without a trailing slash or `/api`. Defaults to the environment variable `QUALYTICS_URL`, " +
					"then to `url` in the Qualytics CLI's `~/.qualytics/config.yaml`.",
			},
			"token": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "API token; use a service token for automation. Defaults to the environment variable `QUALYTICS_TOKEN`, " +
					"then to `token` in the Qualytics CLI's `~/.qualytics/config.yaml`, if the `url` in that file is the one in effect. " +
					"Prefer the environment, or an ephemeral variable (Terraform 1.10, OpenTofu 1.11): neither is written to a saved plan.",
			},
			"request_timeout": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{positiveDuration{}},
				MarkdownDescription: "Timeout of one HTTP request, as a duration such as `45s` or `2m`. " +
					"Defaults to the environment variable `QUALYTICS_TIMEOUT` (in whole seconds), " +
					"then to `timeout` (also in seconds) in `~/.qualytics/config.yaml`, then to `30s`.",
			},
			"max_retries": schema.Int64Attribute{
				Optional:   true,
				Validators: []validator.Int64{int64validator.Between(0, 100)},
				MarkdownDescription: "Maximum number of retries of a request after connection errors and server errors, from 0 to 100. " +
					"Defaults to `4`. A request that starts a Run is retried only if it cannot have reached the application.",
			},
			"poll_interval": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{positiveDuration{}},
				MarkdownDescription: "Maximum interval between polls while waiting for a Run, as a duration such as `30s`. Defaults to `10s`. " +
					"The interval starts at 1s and backs off.",
			},
			"ca_cert_file": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Path to a PEM file with certificate authorities to trust in addition to the system's, " +
					"for self-hosted deployments. A leading `~/` is the home directory.",
			},
			"insecure_skip_verify": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to accept any TLS certificate. Defaults to `true`, with a warning, " +
					"if `~/.qualytics/config.yaml` has `ssl_verify: false`, its `url` is the one in effect, and `ca_cert_file` is not set; " +
					"otherwise to `false`. Anyone who can intercept the connection can then read the token; prefer `ca_cert_file`.",
			},
		},
	}
}

func (p *qualyticsProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if unknown := unknownSettings(req.Config.Raw); len(unknown) > 0 {
		if req.ClientCapabilities.DeferralAllowed {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
			return
		}
		addUnknown(&resp.Diagnostics, unknown)
		return
	}
	runs := p.connect(model, req.TerraformVersion, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.DataSourceData = runs
	resp.ResourceData = runs
	resp.ActionData = runs
	resp.ListResourceData = runs
}

func (p *qualyticsProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newOperationsDataSource,
		newOperationDataSource,
		newOperationContainersDataSource,
	}
}

func (p *qualyticsProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		newRunResource,
		newRunRerunResource,
		newRunResumeResource,
		newRunAbortResource,
	}
}

func (p *qualyticsProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		newRunStartAction,
		newRunRerunAction,
		newRunResumeAction,
		newRunAbortAction,
		newRunDeleteAction,
	}
}

func (p *qualyticsProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		newRunRerunListResource,
	}
}

const defaultPollInterval = 10 * time.Second

// connect resolves the configuration and creates the client.
func (p *qualyticsProvider) connect(model providerModel, terraformVersion string, diags *diag.Diagnostics) *runs {
	resolve := resolver{environment: p.environment, file: sync.OnceValues(readCLIConfig), diags: diags}
	url := resolve.url(model.URL)
	token := resolve.token(model.Token, url)
	requestTimeout := resolve.requestTimeout(model.RequestTimeout)
	insecure := resolve.insecure(model, url)
	authorities := expandHome(model.CACertFile.ValueString(), diags)
	if diags.HasError() {
		return nil
	}
	client, err := qualytics.New(qualytics.Config{
		URL:                url.value,
		Token:              token.value,
		TokenSource:        token.source,
		UserAgent:          "terraform-provider-qualytics/" + p.version + " Terraform/" + terraformVersion,
		RequestTimeout:     requestTimeout,
		MaxRetries:         int(int64Or(model.MaxRetries, qualytics.DefaultMaxRetries)),
		RetryWait:          p.retryWait,
		SearchTimeout:      p.searchTimeout,
		CACertFile:         authorities,
		InsecureSkipVerify: insecure,
		Log:                logRequest,
	})
	if err != nil {
		addConfigError(diags, err, map[string]setting{"URL": url, "Token": token})
		return nil
	}
	if qualytics.PlainHTTP(url.value) {
		diags.AddAttributeWarning(path.Root("url"), "Token sent without encryption",
			"The url ("+url.source+") starts with http://, so the token and all data are sent unencrypted. "+
				"Use https:// unless this is a test deployment.")
	}
	runs := newRuns(client, durationOr(model.PollInterval, defaultPollInterval), p.notFoundGrace)
	runs.poller.Patience = p.patience
	return runs
}

// unknownSettings returns the names of the settings that are known only after apply.
func unknownSettings(config tftypes.Value) []string {
	settings := read[map[string]tftypes.Value](config)
	maps.DeleteFunc(settings, func(_ string, value tftypes.Value) bool { return value.IsKnown() })
	return slices.Sorted(maps.Keys(settings))
}

// addUnknown rejects settings that are known only after apply, because the plan reads Runs.
func addUnknown(diags *diag.Diagnostics, names []string) {
	for _, name := range names {
		detail := "The provider's " + name + " depends on a value that is known only after apply, " +
			"so the provider cannot read Runs during the plan. " +
			"Set it to a known value, or apply what it depends on first (terraform apply -target=...)."
		if variable := origins[name].variable; variable != "" {
			detail += " Alternatively, set the environment variable " + variable + "."
		}
		diags.AddAttributeError(path.Root(name), "Value known only after apply", detail)
	}
}

// expandHome replaces a leading ~ with the home directory, which Terraform does not do.
func expandHome(name string, diags *diag.Diagnostics) string {
	if !strings.HasPrefix(name, "~") {
		return name
	}
	home, err := os.UserHomeDir()
	switch {
	case name != "~" && !os.IsPathSeparator(name[1]):
		err = errors.New("only ~/ is supported, not the home directory of another user")
	case err == nil:
		return filepath.Join(home, name[1:])
	}
	diags.AddAttributeError(path.Root("ca_cert_file"), "Invalid ca_cert_file",
		"The ca_cert_file starts with ~, which cannot be expanded: "+err.Error()+". Set the full path.")
	return name
}

// addConfigError reports a value that the client rejects on its attribute.
func addConfigError(diags *diag.Diagnostics, err error, settings map[string]setting) {
	attributes := map[string]string{"URL": "url", "Token": "token", "CACertFile": "ca_cert_file"}
	var fault *qualytics.ConfigError
	if !errors.As(err, &fault) {
		diags.AddError("Invalid provider configuration", err.Error())
		return
	}
	name := attributes[fault.Field]
	source := ""
	if setting, ok := settings[fault.Field]; ok {
		source = " (" + setting.source + ")"
	}
	diags.AddAttributeError(path.Root(name), "Invalid "+name, "The "+name+source+" "+fault.Err.Error()+".")
}

// logRequest logs requests at DEBUG, and what a start waits for at INFO.
func logRequest(ctx context.Context, message string, fields map[string]any) {
	if strings.HasPrefix(message, "Qualytics API request") {
		tflog.Debug(ctx, message, fields)
		return
	}
	tflog.Info(ctx, message, fields)
}
