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
				NestedObject:        schema.NestedAttributeObject{Attributes: dataSourceAttributes(containerRunFields)},
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
		addErrorAt(&resp.Diagnostics, path.Root("operation_id"),
			subject{verb: "list", object: "the containers of " + runName(id.ValueInt64())}, err)
		return
	}
	warnUnsteady(listing.Steady, &resp.Diagnostics)
	containers := make([]tftypes.Value, 0, len(listing.Items))
	for i := range listing.Items {
		containers = append(containers, containerRunValue(&listing.Items[i]))
	}
	setState(ctx, req, resp, map[string]tftypes.Value{
		"containers": tftypes.NewValue(tftypes.List{ElementType: containerRunType}, containers),
		"total":      number(&listing.Total),
	})
}
