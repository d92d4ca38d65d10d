// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var _ datasource.DataSourceWithConfigure = (*operationDataSource)(nil)

func newOperationDataSource() datasource.DataSource { return &operationDataSource{} }

// operationDataSource looks up one Run, with its full payload.
type operationDataSource struct{ client *qualytics.Client }

func (d *operationDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_operation"
}

func (d *operationDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := operationObject.attributes()
	maps.Copy(attributes, map[string]schema.Attribute{
		"id": schema.Int64Attribute{
			Required:            true,
			Validators:          []validator.Int64{validID{}},
			MarkdownDescription: "Id of the Run to look up.",
		},
		"containers": schema.ListNestedAttribute{
			Computed:     true,
			NestedObject: schema.NestedAttributeObject{Attributes: containerObject.attributes()},
			MarkdownDescription: "Containers that the Run targets. " +
				"The data source `qualytics_operation_containers` lists what the Run did in each of them.",
		},
		"details": schema.StringAttribute{
			Computed:   true,
			CustomType: jsontypes.NormalizedType{},
			MarkdownDescription: "Full payload of the Run, as JSON. " +
				"Use `jsondecode` to read values that have no attribute, " +
				"such as the settings of the operation and the results per container.",
		},
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks up one Run by its id.",
		Attributes:          attributes,
	}
}

func (d *operationDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clientOf(req.ProviderData, &resp.Diagnostics)
}

func (d *operationDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var id types.Int64
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("id"), &id)...)
	expectID(&resp.Diagnostics, path.Root("id"), "Run", id)
	if resp.Diagnostics.HasError() {
		return
	}
	operation, err := d.client.Operation(ctx, id.ValueInt64())
	if err != nil {
		addErrorAt(&resp.Diagnostics, path.Root("id"), readingRun(id.ValueInt64()).failed(err))
		return
	}
	details, err := normalize(operation.Payload)
	if err != nil {
		addError(&resp.Diagnostics, readingRun(operation.ID).failed(err))
		return
	}
	computed := operationObject.values(operation, every)
	computed["containers"] = containerObject.list(operation.Containers)
	computed["details"] = text(&details)
	setState(ctx, req, resp, computed)
}

// normalize formats JSON without white space and with sorted names, and keeps numbers unchanged.
func normalize(payload json.RawMessage) (string, error) {
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return "", err
	}
	var normal bytes.Buffer
	encoder := json.NewEncoder(&normal)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	return string(bytes.TrimSpace(normal.Bytes())), nil
}
