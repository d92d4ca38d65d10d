// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var _ datasource.DataSourceWithConfigure = (*operationContainersDataSource)(nil)

func newOperationContainersDataSource() datasource.DataSource {
	return &operationContainersDataSource{}
}

// operationContainersDataSource lists what one Run did in each container.
type operationContainersDataSource struct{ client *qualytics.Client }

func (d *operationContainersDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_operation_containers"
}

func (d *operationContainersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists what a Run did in each of its containers: times, counters and results. " +
			"It is most useful for profile and scan Runs, which work container by container.",
		Attributes: map[string]schema.Attribute{
			"operation_id": schema.Int64Attribute{
				Required:            true,
				Validators:          []validator.Int64{validID{}},
				MarkdownDescription: "Id of the Run.",
			},
			"containers": schema.ListNestedAttribute{
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: containerRunObject.attributes()},
				MarkdownDescription: "All containers that the Run targets, one entry each, in the order of the API.",
			},
			"total": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Number of containers that the Run targets, as reported by the API.",
			},
		},
	}
}

func (d *operationContainersDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clientOf(req.ProviderData, &resp.Diagnostics)
}

func (d *operationContainersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var id types.Int64
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("operation_id"), &id)...)
	expectID(&resp.Diagnostics, path.Root("operation_id"), "Run", id)
	if resp.Diagnostics.HasError() {
		return
	}
	listing, err := d.client.Containers(ctx, id.ValueInt64())
	if err != nil {
		listing := subject{verb: "list", object: "the containers of " + runName(id.ValueInt64())}
		addErrorAt(&resp.Diagnostics, path.Root("operation_id"), listing.failed(err))
		return
	}
	warnUnsteady(listing.Steady, &resp.Diagnostics)
	setState(ctx, req, resp, map[string]tftypes.Value{
		"containers": containerRunObject.list(listing.Items),
		"total":      number(&listing.Total),
	})
}

// containerRunObject has the attributes of a Run's work in one container.
var containerRunObject = newObject(
	numberField("id", "Id of the entry.", func(c *qualytics.ContainerRun) *int64 { return c.ID }),
	objectField("container", "Container that the entry describes.", containerObject, func(c *qualytics.ContainerRun) *qualytics.Container {
		if c.Container != nil && *c.Container == (qualytics.Container{}) { // a container without data
			return nil
		}
		return c.Container
	}),
	timeField("start_time", "Time at which the Run started to process the container", " Null until then.",
		func(c *qualytics.ContainerRun) qualytics.Timestamp { return c.StartTime }),
	timeField("end_time", "Time at which the Run finished the container", " Null until then.",
		func(c *qualytics.ContainerRun) qualytics.Timestamp { return c.EndTime }),
	numberField("records_processed", "Number of records processed in the container so far.",
		func(c *qualytics.ContainerRun) *int64 { return c.RecordsProcessed }),
	numberField("anomaly_count", "Number of anomalies found in the container so far.",
		func(c *qualytics.ContainerRun) *int64 { return c.AnomalyCount }),
	textField("result", "Result of the container: `queued`, `running`, `success`, `failure` or `aborted`.",
		func(c *qualytics.ContainerRun) *qualytics.Result { return c.Result }),
	textField("message", "Message about the container. Null if there is none.", func(c *qualytics.ContainerRun) *string { return c.Message }),
)
