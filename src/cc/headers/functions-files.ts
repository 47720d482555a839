// Files, directory entries and block devices: inline functions of the kernel's headers, in our own words.

import { type FunctionRows, inlineFunctions } from './rows.ts';

export const fileFunctions: readonly FunctionRows[] = [
  inlineFunctions(
    'include/linux/fs.h, include/linux/kdev_t.h',
    `
struct inode *file_inode(const struct file *f) { return f->f_inode; }
struct dentry *file_dentry(const struct file *f) { return f->f_path.dentry; }
unsigned int iminor(const struct inode *inode) { return inode->i_rdev & 0xfffff; }
unsigned int imajor(const struct inode *inode) { return inode->i_rdev >> 20; }
loff_t i_size_read(const struct inode *inode) { return inode->i_size; }
unsigned int i_blocksize(const struct inode *inode) { return 1 << inode->i_blkbits; }
uid_t i_uid_read(const struct inode *inode) { return inode->i_uid.val; }
gid_t i_gid_read(const struct inode *inode) { return inode->i_gid.val; }
struct timespec64 inode_get_atime(const struct inode *inode) { struct timespec64 ts = { .tv_sec = inode->i_atime_sec, .tv_nsec = inode->i_atime_nsec }; return ts; }
struct timespec64 inode_get_mtime(const struct inode *inode) { struct timespec64 ts = { .tv_sec = inode->i_mtime_sec, .tv_nsec = inode->i_mtime_nsec }; return ts; }
struct timespec64 inode_get_ctime(const struct inode *inode) { struct timespec64 ts = { .tv_sec = inode->i_ctime_sec, .tv_nsec = inode->i_ctime_nsec }; return ts; }
time64_t inode_get_atime_sec(const struct inode *inode) { return inode->i_atime_sec; }
time64_t inode_get_mtime_sec(const struct inode *inode) { return inode->i_mtime_sec; }
time64_t inode_get_ctime_sec(const struct inode *inode) { return inode->i_ctime_sec; }
_Bool is_sync_kiocb(struct kiocb *kiocb) { return !kiocb->ki_complete; }
_Bool is_dot_dotdot(const char *name, __u64 len) { return len && name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')); }
_Bool is_sxid(umode_t mode) { return mode & (04000 | 02000); }
__u32 new_encode_dev(dev_t dev) { return ((dev & 0xff) | ((dev >> 20) << 8) | ((dev & 0xfff00) << 12)); }
dev_t new_decode_dev(__u32 dev) { return ((dev & 0xfff00) << 12) | (dev & 0xff) | ((dev >> 12) & 0xfff00); }
__u16 old_encode_dev(dev_t dev) { return ((dev >> 20) << 8) | (dev & 0xfffff); }
dev_t old_decode_dev(__u16 val) { return ((val >> 8) & 255) << 20 | (val & 255); }
__u64 huge_encode_dev(dev_t dev) { return new_encode_dev(dev); }
_Bool bdev_is_partition(struct block_device *bdev) { return (bdev->__bd_flags.counter & 0xff) != 0; }
`,
  ),
  inlineFunctions(
    'include/linux/dcache.h, fs/mount.h',
    `
struct inode *d_inode(const struct dentry *dentry) { return dentry->d_inode; }
struct inode *d_inode_rcu(const struct dentry *dentry) { return dentry->d_inode; }
struct inode *d_backing_inode(const struct dentry *dentry) { return dentry->d_inode; }
unsigned int d_count(const struct dentry *dentry) { return dentry->d_lockref.count; }
int d_unhashed(const struct dentry *dentry) { return !dentry->d_hash.pprev; }
int d_unlinked(const struct dentry *dentry) { return !dentry->d_hash.pprev && dentry != dentry->d_parent; }
_Bool d_really_is_negative(const struct dentry *dentry) { return dentry->d_inode == (void *)0; }
_Bool d_really_is_positive(const struct dentry *dentry) { return dentry->d_inode != (void *)0; }
_Bool d_is_negative(const struct dentry *dentry) { return dentry->d_inode == (void *)0; }
_Bool d_is_positive(const struct dentry *dentry) { return dentry->d_inode != (void *)0; }
_Bool d_is_dir(const struct dentry *dentry) { struct inode *inode = dentry->d_inode; return inode && (inode->i_mode & 0170000) == 0040000; }
_Bool d_is_reg(const struct dentry *dentry) { struct inode *inode = dentry->d_inode; return inode && (inode->i_mode & 0170000) == 0100000; }
_Bool d_is_symlink(const struct dentry *dentry) { struct inode *inode = dentry->d_inode; return inode && (inode->i_mode & 0170000) == 0120000; }
_Bool d_is_file(const struct dentry *dentry) { struct inode *inode = dentry->d_inode; return inode && (inode->i_mode & 0170000) != 0040000 && (inode->i_mode & 0170000) != 0120000; }
_Bool d_is_special(const struct dentry *dentry) { return d_is_file(dentry) && !d_is_reg(dentry); }
struct mount *real_mount(struct vfsmount *mnt) { return container_of(mnt, struct mount, mnt); }
int mnt_has_parent(struct mount *mnt) { return mnt != mnt->mnt_parent; }
int path_equal(const struct path *a, const struct path *b) { return a->mnt == b->mnt && a->dentry == b->dentry; }
`,
  ),
  inlineFunctions(
    'include/linux/blkdev.h, include/linux/blk-mq.h, include/linux/blk_types.h, include/linux/bio.h',
    `
unsigned int req_op(const struct request *req) { return req->cmd_flags & 0xff; }
unsigned int bio_op(const struct bio *bio) { return bio->bi_opf & 0xff; }
sector_t blk_rq_pos(const struct request *rq) { return rq->__sector; }
unsigned int blk_rq_bytes(const struct request *rq) { return rq->__data_len; }
unsigned int blk_rq_sectors(const struct request *rq) { return rq->__data_len >> 9; }
_Bool op_is_write(unsigned int op) { return op & 1; }
unsigned int blk_rq_cur_sectors(const struct request *rq) { return blk_rq_cur_bytes(rq) >> 9; }
unsigned int blk_rq_cur_bytes(const struct request *rq) {
  struct bio *bio = rq->bio;
  if (!bio) return 0;
  unsigned int left = bio->bi_io_vec[bio->bi_iter.bi_idx].bv_len - bio->bi_iter.bi_bvec_done;
  return left < bio->bi_iter.bi_size ? left : bio->bi_iter.bi_size; }
unsigned int blk_rq_stats_sectors(const struct request *rq) { return rq->stats_sectors; }
unsigned short blk_rq_nr_phys_segments(struct request *rq) { return rq->nr_phys_segments; }
_Bool blk_op_is_passthrough(unsigned int op) { return (op & 0xff) == REQ_OP_DRV_IN || (op & 0xff) == REQ_OP_DRV_OUT; }
_Bool blk_rq_is_passthrough(struct request *rq) { return blk_op_is_passthrough(rq->cmd_flags); }
_Bool rq_is_sync(struct request *rq) { return op_is_sync(rq->cmd_flags); }
unsigned int rq_data_dir(struct request *rq) { return rq->cmd_flags & 1; }
int blk_mq_rq_state(struct request *rq) { return rq->state; }
int blk_mq_request_started(struct request *rq) { return rq->state != MQ_RQ_IDLE; }
int blk_mq_request_completed(struct request *rq) { return rq->state == MQ_RQ_COMPLETE; }
void *blk_mq_rq_to_pdu(struct request *rq) { return rq + 1; }
struct request *blk_mq_rq_from_pdu(void *pdu) { return (struct request *)pdu - 1; }
_Bool op_is_sync(unsigned int op) { return (op & 0xff) == 0 || (op & (REQ_SYNC | REQ_FUA | REQ_PREFLUSH)); }
_Bool op_is_flush(unsigned int op) { return op & (REQ_FUA | REQ_PREFLUSH); }
_Bool op_is_discard(unsigned int op) { return (op & 0xff) == REQ_OP_DISCARD; }
unsigned int bio_sectors(const struct bio *bio) { return bio->bi_iter.bi_size >> 9; }
sector_t bio_end_sector(const struct bio *bio) { return bio->bi_iter.bi_sector + (bio->bi_iter.bi_size >> 9); }
unsigned int bio_data_dir(const struct bio *bio) { return bio->bi_opf & 1; }
dev_t bio_dev(const struct bio *bio) { return bio->bi_bdev->bd_dev; }
_Bool bio_flagged(struct bio *bio, unsigned int bit) { return bio->bi_flags & (1U << bit); }
_Bool bio_has_data(const struct bio *bio) { return bio && bio->bi_iter.bi_size && (bio->bi_opf & 0xff) != REQ_OP_DISCARD && (bio->bi_opf & 0xff) != REQ_OP_SECURE_ERASE && (bio->bi_opf & 0xff) != REQ_OP_WRITE_ZEROES; }
struct page *bio_page(const struct bio *bio) { return bio->bi_io_vec[bio->bi_iter.bi_idx].bv_page; }
dev_t disk_devt(struct gendisk *disk) { return ((unsigned int)disk->major << 20) | disk->first_minor; }
sector_t get_capacity(struct gendisk *disk) { return disk->part0->bd_nr_sectors; }
sector_t bdev_nr_sectors(struct block_device *bdev) { return bdev->bd_nr_sectors; }
sector_t get_start_sect(struct block_device *bdev) { return bdev->bd_start_sect; }
struct request_queue *bdev_get_queue(struct block_device *bdev) { return bdev->bd_queue; }
unsigned int queue_logical_block_size(const struct request_queue *q) { return q->limits.logical_block_size; }
unsigned int queue_max_sectors(const struct request_queue *q) { return q->limits.max_sectors; }
unsigned int blk_queue_depth(struct request_queue *q) { return q->queue_depth ? q->queue_depth : q->nr_requests; }
`,
  ),
  inlineFunctions(
    'include/linux/nfs_fs.h, include/linux/quotaops.h, include/net/sock.h',
    `
struct socket *SOCKET_I(struct inode *inode) { return &container_of(inode, struct socket_alloc, vfs_inode)->socket; }
struct inode *SOCK_INODE(struct socket *socket) { return &container_of(socket, struct socket_alloc, socket)->vfs_inode; }
`,
  ),
];
