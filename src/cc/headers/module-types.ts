// Types of modules that are often not loaded, so that no BTF has them: the members that programs read, found on the target by CO-RE.

import { type DeclarationRows, declarations } from './rows.ts';

const relocated = '__attribute__((preserve_access_index))';

const fileSystems = declarations(
  'include/linux/nfs_fs.h, include/linux/nfs_xdr.h, include/linux/sunrpc/*.h (in part)',
  `
nfs_open_context:
  struct nfs_open_context { struct dentry *dentry; const struct cred *cred; fmode_t mode; unsigned long flags; int error; } ${relocated};
nfs_commit_data:
  struct nfs_commit_data { struct inode *inode; struct { __u64 offset; __u32 count; } args; struct nfs_open_context *context; } ${relocated};
nfs_pgio_header:
  struct nfs_pgio_header { struct inode *inode; struct nfs_open_context *context; loff_t io_start; unsigned long good_bytes; int error; } ${relocated};
nfs_page:
  struct nfs_page { struct list_head wb_list; struct nfs_lock_context *wb_lock_context; unsigned long wb_index; unsigned int wb_offset; unsigned int wb_pgbase; unsigned int wb_bytes; } ${relocated};
rpc_procinfo:
  struct rpc_procinfo { __u32 p_proc; unsigned int p_arglen; unsigned int p_replen; unsigned int p_timer; __u32 p_statidx; const char *p_name; } ${relocated};
rpc_message:
  struct rpc_message { const struct rpc_procinfo *rpc_proc; void *rpc_argp; void *rpc_resp; const struct cred *rpc_cred; } ${relocated};
rpc_clnt:
  struct rpc_clnt { unsigned int cl_clid; struct rpc_xprt *cl_xprt; __u32 cl_prog; __u32 cl_vers; __u32 cl_maxproc; } ${relocated};
rpc_rqst:
  struct rpc_rqst { struct rpc_xprt *rq_xprt; struct rpc_task *rq_task; __be32 rq_xid; int rq_cong; __u32 rq_seqno; __u32 rq_bytes_sent; ktime_t rq_xtime; int rq_ntrans; ktime_t rq_rtt; } ${relocated};
rpc_task:
  struct rpc_task { atomic_t tk_count; int tk_status; unsigned long tk_timeout; unsigned long tk_runstate; struct rpc_message tk_msg; void *tk_calldata; struct rpc_clnt *tk_client;
    struct rpc_xprt *tk_xprt; struct rpc_rqst *tk_rqstp; ktime_t tk_start; pid_t tk_owner; int tk_rpc_status; unsigned short tk_flags; unsigned short tk_timeouts; unsigned short tk_pid; } ${relocated};
`,
);

const devices = declarations(
  'include/scsi/scsi_*.h, include/linux/usb.h, drivers/md/md.h (in part); include/linux/nvme.h: NVM Express Base Specification',
  `
Scsi_Host:
  struct Scsi_Host { unsigned int host_no; int can_queue; unsigned int max_channel; unsigned int max_id; unsigned long long max_lun; } ${relocated};
scsi_device:
  struct scsi_device { struct Scsi_Host *host; struct request_queue *request_queue; unsigned short queue_depth; unsigned int id; unsigned int channel; unsigned long long lun;
    unsigned char type; const char *vendor; const char *model; const char *rev; } ${relocated};
scsi_cmnd:
  struct scsi_cmnd { struct scsi_device *device; unsigned long jiffies_at_alloc; int retries; int allowed; unsigned short cmd_len; enum dma_data_direction sc_data_direction;
    unsigned char cmnd[32]; unsigned int transfersize; unsigned int resid_len; unsigned char *sense_buffer; int flags; unsigned long state; int result; } ${relocated};
usb_device_descriptor:
  struct usb_device_descriptor { __u8 bLength; __u8 bDescriptorType; __le16 bcdUSB; __u8 bDeviceClass; __u8 bDeviceSubClass; __u8 bDeviceProtocol; __u8 bMaxPacketSize0;
    __le16 idVendor; __le16 idProduct; __le16 bcdDevice; __u8 iManufacturer; __u8 iProduct; __u8 iSerialNumber; __u8 bNumConfigurations; } __attribute__((packed));
usb_device:
  struct usb_device { int devnum; char devpath[16]; struct device dev; struct usb_device_descriptor descriptor; char *product; char *manufacturer; char *serial; } ${relocated};
urb:
  struct urb { struct usb_device *dev; unsigned int pipe; unsigned int stream_id; int status; unsigned int transfer_flags; void *transfer_buffer; __u32 transfer_buffer_length;
    __u32 actual_length; unsigned char *setup_packet; int start_frame; int number_of_packets; int interval; int error_count; void *context; } ${relocated};
mddev:
  struct mddev { dev_t unit; int md_minor; struct gendisk *gendisk; int raid_disks; int level; sector_t dev_sectors; sector_t array_sectors; } ${relocated};
nvme_common_command:
  struct nvme_common_command { __u8 opcode; __u8 flags; __u16 command_id; __le32 nsid; __le32 cdw2[2]; __le64 metadata; __le64 dptr[2];
    __le32 cdw10; __le32 cdw11; __le32 cdw12; __le32 cdw13; __le32 cdw14; __le32 cdw15; };
nvme_rw_command:
  struct nvme_rw_command { __u8 opcode; __u8 flags; __u16 command_id; __le32 nsid; __le32 cdw2; __le32 cdw3; __le64 metadata; __le64 dptr[2];
    __le64 slba; __le16 length; __le16 control; __le32 dsmgmt; __le32 reftag; __le16 apptag; __le16 appmask; };
nvme_command:
  struct nvme_command { union { struct nvme_common_command common; struct nvme_rw_command rw; }; };
nvme_completion:
  struct nvme_completion { union { __le16 u16; __le32 u32; __le64 u64; } result; __le16 sq_head; __le16 sq_id; __u16 command_id; __le16 status; };
`,
);

const rdma = declarations(
  'include/uapi/rdma/rdma_user_cm.h, include/uapi/rdma/ib_user_verbs.h; include/rdma/rdma_cm.h, include/rdma/ib_addr.h (in part)',
  `
rdma_cm_event_type, RDMA_CM_EVENT_ADDR_RESOLVED, RDMA_CM_EVENT_ADDR_ERROR, RDMA_CM_EVENT_ROUTE_RESOLVED, RDMA_CM_EVENT_ROUTE_ERROR, RDMA_CM_EVENT_CONNECT_REQUEST, RDMA_CM_EVENT_CONNECT_RESPONSE, RDMA_CM_EVENT_CONNECT_ERROR, RDMA_CM_EVENT_UNREACHABLE, RDMA_CM_EVENT_REJECTED, RDMA_CM_EVENT_ESTABLISHED, RDMA_CM_EVENT_DISCONNECTED, RDMA_CM_EVENT_DEVICE_REMOVAL, RDMA_CM_EVENT_MULTICAST_JOIN, RDMA_CM_EVENT_MULTICAST_ERROR, RDMA_CM_EVENT_ADDR_CHANGE, RDMA_CM_EVENT_TIMEWAIT_EXIT:
  enum rdma_cm_event_type { RDMA_CM_EVENT_ADDR_RESOLVED, RDMA_CM_EVENT_ADDR_ERROR, RDMA_CM_EVENT_ROUTE_RESOLVED, RDMA_CM_EVENT_ROUTE_ERROR,
    RDMA_CM_EVENT_CONNECT_REQUEST, RDMA_CM_EVENT_CONNECT_RESPONSE, RDMA_CM_EVENT_CONNECT_ERROR, RDMA_CM_EVENT_UNREACHABLE, RDMA_CM_EVENT_REJECTED,
    RDMA_CM_EVENT_ESTABLISHED, RDMA_CM_EVENT_DISCONNECTED, RDMA_CM_EVENT_DEVICE_REMOVAL, RDMA_CM_EVENT_MULTICAST_JOIN, RDMA_CM_EVENT_MULTICAST_ERROR,
    RDMA_CM_EVENT_ADDR_CHANGE, RDMA_CM_EVENT_TIMEWAIT_EXIT };
rdma_ucm_conn_param:
  struct rdma_ucm_conn_param { __u32 qp_num; __u32 qkey; __u8 private_data[256]; __u8 private_data_len; __u8 srq; __u8 responder_resources; __u8 initiator_depth;
    __u8 flow_control; __u8 retry_count; __u8 rnr_retry_count; __u8 valid; };
ib_uverbs_global_route:
  struct ib_uverbs_global_route { __u8 dgid[16]; __u32 flow_label; __u8 sgid_index; __u8 hop_limit; __u8 traffic_class; __u8 reserved; };
ib_uverbs_ah_attr:
  struct ib_uverbs_ah_attr { struct ib_uverbs_global_route grh; __u16 dlid; __u8 sl; __u8 src_path_bits; __u8 static_rate; __u8 is_global; __u8 port_num; __u8 reserved; };
rdma_ucm_ud_param:
  struct rdma_ucm_ud_param { __u32 qp_num; __u32 qkey; struct ib_uverbs_ah_attr ah_attr; __u8 private_data[256]; __u8 private_data_len; __u8 reserved[7]; };
rdma_ucm_ece:
  struct rdma_ucm_ece { __u32 vendor_id; __u32 attr_mod; };
rdma_ucm_event_resp:
  struct rdma_ucm_event_resp { __u64 uid; __u32 id; __u32 event; __u32 status; union { struct rdma_ucm_conn_param conn; struct rdma_ucm_ud_param ud; } param;
    __u32 reserved; struct rdma_ucm_ece ece; };
rdma_dev_addr:
  struct rdma_dev_addr { unsigned char src_dev_addr[32]; unsigned char dst_dev_addr[32]; unsigned char broadcast[32]; unsigned short dev_type; int bound_dev_if; } ${relocated};
rdma_addr:
  struct rdma_addr { struct __kernel_sockaddr_storage src_addr; struct __kernel_sockaddr_storage dst_addr; struct rdma_dev_addr dev_addr; } ${relocated};
rdma_route:
  struct rdma_route { struct rdma_addr addr; } ${relocated};
rdma_cm_id:
  struct rdma_cm_id { struct ib_device *device; void *context; struct ib_qp *qp; struct rdma_route route; int ps; int qp_type; __u32 port_num; } ${relocated};
rdma_cm_event:
  struct rdma_cm_event { enum rdma_cm_event_type event; int status; struct rdma_ucm_ece ece; } ${relocated};
`,
);

export const moduleTypes: readonly DeclarationRows[] = [fileSystems, devices, rdma];
