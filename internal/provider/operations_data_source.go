// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var _ datasource.DataSourceWithConfigure = (*operationsDataSource)(nil)

func newOperationsDataSource() datasource.DataSource { return &operationsDataSource{} }

type operationsDataSource struct{ client *qualytics.Client }

type operationsModel struct {
	filterModel
	Limit      types.Int64 `tfsdk:"limit"`
	Fields     types.List  `tfsdk:"fields"`
	Operations types.List  `tfsdk:"operations"`
	IDs        types.List  `tfsdk:"ids"`
	Total      types.Int64 `tfsdk:"total"`
}

func (d *operationsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_operations"
}

func (d *operationsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := operationFilters()
	maps.Copy(attributes, map[string]schema.Attribute{
		"limit": schema.Int64Attribute{
			Optional:            true,
			Validators:          []validator.Int64{int64validator.Between(1, 1_000_000)},
			MarkdownDescription: "Maximum number of Runs to return, from 1 to 1,000,000. Defaults to all Runs that match the filters.",
		},
		"fields": schema.ListAttribute{
			Optional:    true,
			ElementType: types.StringType,
			Validators: append(nonEmptyListOf(listvalidator.ValueStringsAre(stringvalidator.OneOf(operationObject.names()...))),
				listvalidator.UniqueValues()),
			MarkdownDescription: "Attributes to set for each Run in `operations`, such as `[\"id\", \"result\", \"end_time\"]`. " +
				"The others are null. Defaults to all attributes. " +
				"Set it for large lists, because the attributes of the Runs account for much of the apply time and of the state. " +
				"`ids` and `total` are always complete.",
		},
		"operations": schema.ListNestedAttribute{
			Computed:            true,
			NestedObject:        schema.NestedAttributeObject{Attributes: operationObject.attributes()},
			MarkdownDescription: "The Runs, in the requested order. With `fields`, all other attributes of a Run are null.",
		},
		"ids": schema.ListAttribute{
			Computed:            true,
			ElementType:         types.Int64Type,
			MarkdownDescription: "Ids of the Runs, in the same order as `operations`.",
		},
		"total": schema.Int64Attribute{
			Computed: true,
			MarkdownDescription: "Number of Runs that match the filters, as reported by the API. " +
				"It ignores `limit`, `created_after` and `created_before`.",
		},
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the Runs that match the filters. Without filters, it lists the whole history.",
		Attributes:          attributes,
	}
}

func (d *operationsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clientOf(req.ProviderData, &resp.Diagnostics)
}

func (d *operationsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config operationsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	filter := config.filter(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	listing, err := d.client.Operations(ctx, filter, int(config.Limit.ValueInt64()))
	if err != nil {
		addFilterError(&resp.Diagnostics, err)
		return
	}
	warnUnsteady(listing.Steady, &resp.Diagnostics)
	wanted := every
	if !config.Fields.IsNull() {
		fields := goStrings[string](config.Fields)
		wanted = func(name string) bool { return slices.Contains(fields, name) }
	}
	setState(ctx, req, resp, listingValues(listing, wanted))
}

// listingValues returns the computed attributes, with only the wanted attributes of each Run.
func listingValues(listing qualytics.Listing[qualytics.Operation], wanted func(name string) bool) map[string]tftypes.Value {
	operations := make([]tftypes.Value, 0, len(listing.Items))
	ids := make([]tftypes.Value, 0, len(listing.Items))
	for i := range listing.Items {
		operations = append(operations, tftypes.NewValue(operationObject.typ, operationObject.values(&listing.Items[i], wanted)))
		ids = append(ids, number(&listing.Items[i].ID))
	}
	return map[string]tftypes.Value{
		"operations": tftypes.NewValue(tftypes.List{ElementType: operationObject.typ}, operations),
		"ids":        tftypes.NewValue(tftypes.List{ElementType: tftypes.Number}, ids),
		"total":      number(&listing.Total),
	}
}
